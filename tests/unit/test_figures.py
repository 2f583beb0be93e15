"""Figures: how they are split into files, and that every method is drawn the same everywhere."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from recovery.data.scenarios import DEVIATIONS
from recovery.figures.layout import (
    PANELS,
    figure_names,
    figure_parts,
    main_design,
    named_designs,
    parameter_groups,
    typical_scenarios,
    zip_pages,
)
from recovery.figures.style import (
    Methods,
    coverage_scale,
    plt,
    prior_styles,
    save_figure,
    truth_ticks,
    use_style,
)
from recovery.model.families import make_prior
from recovery.summaries.pairs import merged_labels


def scenarios(sizes: dict[int, list[float]]) -> pd.DataFrame:
    """Designs of some numbers of subjects, each with some true correlations."""
    truth = {"beta0": 0.0, "beta1": 0.0, "sigma_u0": 1.0, "sigma_u1": 1.0, "sigma": 1.0}
    return named_designs(
        {
            "scenario": f"{subjects}_{rho}",
            "rho": rho,
            "subjects": subjects,
            "visits": "0 1 2",
            **truth,
            **dict.fromkeys(DEVIATIONS, 0.0),
        }
        for subjects, rhos in sizes.items()
        for rho in rhos
    )


MANY = scenarios({18: [-0.99, -0.8, 0.1, 0.75]} | {n: [-0.5, 0.5] for n in range(20, 33)})


def test_parts_have_every_panel_once_and_at_most_12():
    parts = figure_parts(MANY)
    shown = [(p, d) for part in parts.values() for p in part.parameters for d in part.designs]
    assert len(shown) == len(set(shown)) == 7 * 14
    assert all(len(part.parameters) * len(part.designs) <= PANELS for part in parts.values())
    names = list(parts)[:3]
    assert names[0] == "correlation_1_18-subjects-3-days_to_23-subjects"
    assert names[1] == "correlation_2_24-subjects_to_28-subjects"
    assert parts[names[1]].title.startswith("correlation: 24 subjects; 25 subjects; ")


def test_designs_with_one_rho_come_last_and_apart():
    parts = figure_parts(scenarios({6: [0.5], 18: [-0.5, 0.5], 30: [0.5]}))
    assert parts["sds_1_18-subjects-3-days"].designs == ("18 subjects, 3 days",)
    assert parts["sds_2_6-subjects_to_30-subjects"].designs == ("6 subjects", "30 subjects")


def test_a_study_of_one_design_has_one_figure_per_group():
    parts = figure_parts(scenarios({18: [-0.5, 0.5]}))
    assert list(parts) == list(parameter_groups([]))
    names = figure_names(["coverage", "headline"], parts)
    assert names["coverage_sds"] == ("coverage", "sds") and names["headline"] == ("headline", "")
    assert len(names) == 4


def test_typical_scenarios_are_of_the_main_design():
    assert main_design(MANY) == "18 subjects, 3 days"
    assert typical_scenarios(MANY) == ["18_-0.8", "18_0.1", "18_0.75"]
    assert typical_scenarios(scenarios({18: [0.3]})) == ["18_0.3"]


def test_zip_pages_have_at_most_four_methods():
    assert zip_pages(list("abcdef")) == {"rho": tuple("abcd"), "rho_2": tuple("ef")}
    assert zip_pages([]) == {}


def test_priors_of_one_density_are_one_method():
    blocks = {"a": "independent", "b": "lkj_cholesky_cov", "c": "lkj_corr", "d": "lkj_corr"}
    priors = {name: make_prior(family=family) for name, family in blocks.items()}
    labels = {"a": "A", "b": "B", "c": "C", "d": "D", "reml": "REML"}
    assert merged_labels(priors, labels) == {"a": "A", "b": "B = C = D", "reml": "REML"}
    labels |= {"b": "B by this", "c": "B by that", "d": "B by hand"}
    assert merged_labels(priors, labels)["b"] == "B"


def test_a_few_methods_look_as_among_all():
    labels = {"b": "B costs $2", "a": "A"}
    few = Methods({"a": "A"}, every=labels)
    assert few.styles["a"] == Methods(labels).styles["a"]
    assert Methods(labels).labels["b"] == r"B costs \$2"


def test_twelve_methods_differ_in_colour_and_marker():
    styles = prior_styles([*(f"prior{i}" for i in range(11)), "reml"])
    for key in ("color", "marker"):
        assert len({style[key] for style in styles.values()}) == 12


def test_no_mark_is_dodged_further_than_half_of_the_span():
    methods = Methods(dict.fromkeys("abcdef", ""))
    priors = pd.Series(list("fdb"))
    places = methods.dodge(pd.Series(0.5, priors.index), priors, 0.04)
    assert np.allclose(places, [0.52, 0.5, 0.48])  # in the order of the config
    assert list(methods.dodge(pd.Series([0.5]), pd.Series(["b"]), 0.04)) == [0.5]


def test_units_on_axes():
    months = Methods({}, units=("score", "month"))
    assert months.label("beta1").endswith("(score per month)")
    assert months.label("sigma_u0").endswith("(score)")
    assert "(" not in months.label("rho")
    coded = Methods({}, units=("score", "(month - 6) / 12"))
    assert coded.label("u1").endswith("unit of (month - 6) / 12)")
    named = Methods({}, units=("Reaction (ms)", "Days", "ms", "day"))
    assert named.label("beta1").endswith("(ms per day)") and named.label("u0").endswith("(ms)")


def test_of_many_methods_those_that_lead_are_coloured():
    many = Methods(dict.fromkeys("abcde", "") | {"reml": "REML"})
    led = many.led_by("db")
    assert list(led.styles) == [*"ace", "b", "d", "reml"]  # the last ones are drawn on top
    assert all(led.styles[name] == many.styles[name] for name in ("b", "d", "reml"))
    assert {led.styles[name]["color"] for name in "ace"}.isdisjoint(
        {many.styles[name]["color"] for name in many.styles}
    )
    few = Methods(dict.fromkeys("abc", ""))
    assert few.led_by("a").styles == few.styles


@pytest.fixture
def axes():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def test_ticks_are_at_the_true_values(axes):
    truths = [-0.99, -0.8, -0.4, 0.0, 0.4, 0.8, 0.99]
    axes.set_xlim(-1, 1)
    truth_ticks(axes, truths, apart=0.15)
    assert sorted({*axes.get_xticks(), *axes.get_xticks(minor=True)}) == truths
    assert list(axes.get_xticks()) == [-0.8, -0.4, 0.0, 0.4, 0.8]


def test_the_scale_of_coverage_is_the_square_root_of_the_misses(axes):
    coverage_scale(axes, 0.5)
    transform = axes.yaxis.get_transform()
    coverage = np.array([0.5, 0.9, 0.99, 1.0])
    np.testing.assert_allclose(1 - transform.transform(coverage), np.sqrt(1 - coverage))
    np.testing.assert_allclose(
        transform.inverted().transform(transform.transform(coverage)), coverage
    )
    assert axes.get_ylim() == (0.5, 1.0)


def test_figures_are_the_same_files_every_time(tmp_path):
    use_style()
    for name in ("first", "second"):
        figure, axes = plt.subplots()
        axes.plot([0, 1], [1, 0])
        save_figure(figure, [tmp_path / f"{name}.png", tmp_path / f"{name}.svg"])
    for ending in ("png", "svg"):
        files = [(tmp_path / f"{name}.{ending}").read_bytes() for name in ("first", "second")]
        assert files[0] == files[1]
    assert Image.open(tmp_path / "first.png").mode == "P"
