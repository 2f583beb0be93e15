"""Items of the report. No rules."""

# Categories of the report in the order to read them: Snakemake sorts them by name.
CATEGORIES = [
    "Answers",
    "Explore",
    "Recovery",
    "Tables",
    "Priors",
    "Real data",
    *(["Real data by prior"] if study.nuts_priors else []),
    "Number of subjects, calibration, cost",
]


def literal(text):
    """A user's text where Snakemake would read what is in braces as a wildcard."""
    return text.replace("{", "{{").replace("}", "}}")


def category(name):
    """A category of the report, with its place in the order of reading."""
    return f"{CATEGORIES.index(name) + 1} {name}"


def report_figure(group, name, caption=None, label=None, **place):
    """A figure's PNG as an item of the report; caption and label are its name if not given."""
    figure = Path(name).name
    place["category"] = category(place["category"])
    return report(
        f"<results>/figures/{group}/{name}.png",
        caption=f"../report/{group}/{caption or figure}.rst",
        labels={"figure": label or figure.replace("_", " ")},
        **place,
    )


def study_report_figure(file):
    """A figure of the study as an item of the report, with the caption of its whole."""
    name, part = STUDY_FIGURES[file]
    title = name.replace("_", " ")
    label = f"{title}: {FIGURE_PARTS[part].title}" if part else title
    return report_figure("study", file, caption=name, label=label, category="Recovery")


def report_table(name, label):
    """A table as an item of the report, its caption that of its name; a large one is none."""
    path = f"<results>/tables/{name}.csv"
    if name in LARGE_TABLES:
        return path
    return report(
        path,
        caption=f"../report/tables/{name}.rst",
        category=category("Tables"),
        labels={"table": label},
    )


def report_page(name, category_name, label):
    """A page as an item of the report, its caption that of its name."""
    return report(
        f"<results>/pages/{name}.html",
        caption=f"../report/pages/{name.split('_')[0]}.rst",
        category=category(category_name),
        labels={"page": label},
    )
