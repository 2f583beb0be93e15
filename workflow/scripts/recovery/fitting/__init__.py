"""From a data set to estimates: NUTS and quadrature."""
