"""The kept values of lme4, rstanarm and brms against this project's, on sleepstudy."""

import peers
import pytest
from helpers import ROOT


def test_reml_is_lme4s():
    found = peers.against_lme4("sleepstudy")
    assert found["estimates"] < 1e-5 and found["rho"] < 1e-5
    assert abs(found["deviance"]) < 1e-6 and found["ends"] < 1e-3


@pytest.mark.parametrize("peer", ["rstanarm", "brms"])
def test_exact_posteriors_are_the_sampled_ones(peer):
    found = peers.against_draws(peer, "sleepstudy")
    assert max(found[what] for what in ("means", "sds", "ends")) < 4.0


def test_the_document_has_all_that_was_compared():
    text = (ROOT / "docs/peers.md").read_text()
    for name in peers.PEERS["lme4"]:
        assert f"| {name} |" in text
    for peer in ("rstanarm", "brms"):
        assert all(f"| {peer}, {name} |" in text for name in peers.PEERS[peer])
