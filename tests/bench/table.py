"""A report as text, and as the table in docs/performance.md."""

BEGIN = "<!-- table: written by tests/bench/run --docs -->"
END = "<!-- end of table -->"


def amount(value, unit):
    if unit == "s":
        return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.1f} ms" if value >= 0.001 else f"{value * 1e6:.0f} µs"
    return f"{value:.1f} {unit}" if unit != "ratio" else f"{value:.2f}"


def goal(row):
    if "peer_median" in row or row["against"] != "itself":
        text = f"≤ {row['goal']:g}"
        return text + (f", ≤ {amount(row['limit'], row['unit'])}" if "limit" in row else "")
    return "≤ " + amount(row["goal"], row["unit"])


def cells(row):
    if "not_measured" in row:
        return [row["work"], row["against"], "", "", "", goal(row), "not measured: " + " ".join(row["not_measured"].split())]
    peer = amount(row["peer_median"], row["unit"]) if "peer_median" in row else ""
    ratio = f"{row['ratio']:.3f}" if "ratio" in row else ""
    return [row["work"], row["against"], amount(row["ours_median"], row["unit"]), peer, ratio, goal(row),
            "yes" if row["reached"] else "no"]


HEAD = ["work", "against", "Imprint", "peer", "ratio", "goal", "reached"]


def text(report):
    lines = [HEAD] + [cells(row) for row in report["rows"]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def markdown(report):
    machine = report["machine"]
    lines = [f"Medians of {report['rounds']} rounds on {machine['processors']} × {machine['processor']}, "
             f"{machine['memory']}, {machine['accelerator']}, {machine['system']}; {machine['date']}.", "",
             "| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in report["rows"]]
    notes = [f"- {row['name']}, {key}: {value}" for row in report["rows"] for key, value in row.get("notes", {}).items()]
    if notes:
        lines += ["", "Beside the times:", ""] + notes
    return "\n".join(lines)


def update_page(page, report):
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{markdown(report)}\n{END}{after}")
