"""The exact posterior by quadrature."""
