"""The survey: how far posteriors of one data set are from each other."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recovery.exact.posterior import exact_posterior
from recovery.figures.style import Methods
from recovery.figures.survey import survey_figure
from recovery.model.families import make_prior
from recovery.summaries.survey import SUBJECTS, survey_rows

PRIORS = {
    "independent": make_prior("independent"),
    "lkj": make_prior("lkj_corr"),
    "same": make_prior("lkj_cholesky_cov"),
    "narrow": make_prior("lkj_corr", sigma_u1_scale=1),
}


@pytest.fixture(scope="module")
def table(sleepstudy):
    return survey_rows("sleepstudy", sleepstudy, PRIORS, "lkj", 1)


def test_distances_are_those_of_the_posteriors(table, sleepstudy):
    moved = table.set_index(["prior", "parameter"])["moved"]
    assert (moved[["lkj", "same"]] == 0).all()
    found, known = (exact_posterior(sleepstudy, PRIORS[k]).moments for k in ("narrow", "lkj"))
    for name in ("sigma_u0", "sigma_u1", "rho", "beta1"):
        expected = (found[name][0] - known[name][0]) / known[name][1]
        assert moved["narrow", name] == pytest.approx(expected)
    assert ("independent", "rho") not in moved
    # a narrow prior of the slopes' sd draws the subjects' slopes together, and not their level
    assert moved["narrow", SUBJECTS["slope"]] > 0.2
    assert table["subjects"].eq(18).all() and table["visits"].eq(10).all()


def test_a_failure_is_a_row(sleepstudy):
    constant = replace(sleepstudy, response=np.ones(len(sleepstudy.response)))
    table = survey_rows("constant", constant, PRIORS, "lkj", 1)
    assert list(table["prior"]) == list(PRIORS)
    assert table["message"].str.endswith("the responses do not vary").all()


def test_the_figure_has_a_row_per_data_set(table):
    both = pd.concat([table, table.assign(data="again", subjects=3)])
    figure = survey_figure(both, Methods({name: name for name in PRIORS}))
    labels = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert [label.split()[0] for label in sorted(labels)] == ["again", "sleepstudy"]
