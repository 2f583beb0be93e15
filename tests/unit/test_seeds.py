from recovery.seeds import named_seed


def test_every_name_gets_a_seed_of_its_own():
    seeds = {
        named_seed(1, scenario, replicate, stage)
        for scenario in ("a", "b")
        for replicate in range(2000)
        for stage in ("simulate", "fit")
    }
    assert len(seeds) == 8000
    assert all(0 <= seed < 2**48 for seed in seeds)


def test_a_seed_depends_on_the_study_and_on_the_order_of_names():
    assert named_seed(1, "a", 2) == named_seed(1, "a", 2)
    assert named_seed(1, "a", 2) != named_seed(2, "a", 2)
    assert named_seed(1, "a", "b") != named_seed(1, "b", "a")
    assert named_seed(1, "a", 12) != named_seed(1, "a", 1, 2)
