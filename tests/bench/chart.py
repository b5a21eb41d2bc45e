"""The comparisons as one SVG: for each row a bar for the peer, of full length, and Imprint's share of it."""

import html

WIDTH, LEFT, RIGHT, STEP, TOP = 860, 330, 120, 44, 64
STYLE = """text{font-family:system-ui,sans-serif;font-size:13px;fill:#24292f}.small{font-size:11px;fill:#57606a}
.title{font-size:16px;font-weight:600}.peer{fill:#d0d7de}.ours{fill:#0969da}.goal{stroke:#cf222e;stroke-width:1.5}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#8d96a0}.peer{fill:#3d444d}.ours{fill:#4493f8}}"""


def seconds(value):
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.1f} ms"


def bar(x, y, width, height, kind):
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width:.1f}" height="{height}" rx="2"/>'


def label(x, y, text, kind="", anchor="start"):
    kind = f' class="{kind}"' if kind else ""
    return f'<text{kind} x="{x}" y="{y}" text-anchor="{anchor}">{html.escape(text)}</text>'


def draw_row(row, y):
    room = WIDTH - LEFT - RIGHT
    longest = max(row["ours_median"], row["peer_median"])
    ours = max(2.0, room * row["ours_median"] / longest)
    peer = room * row["peer_median"] / longest
    goal = LEFT + min(room, peer * row["goal"])
    return [label(LEFT - 12, y + 12, row["work"], anchor="end"),
            label(LEFT - 12, y + 27, "against " + row["against"], "small", "end"),
            bar(LEFT, y, ours, 13, "ours"), label(LEFT + ours + 6, y + 11, seconds(row["ours_median"]), "small"),
            bar(LEFT, y + 16, peer, 13, "peer"), label(LEFT + peer + 6, y + 27, seconds(row["peer_median"]), "small"),
            f'<line class="goal" x1="{goal:.1f}" x2="{goal:.1f}" y1="{y - 3}" y2="{y + 16}"/>']


def draw(report):
    rows = [row for row in report["rows"] if "ratio" in row and row["unit"] == "s"]
    height = TOP + STEP * len(rows) + 20
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
             f'aria-label="Imprint beside the usual tools">', f"<style>{STYLE}</style>",
             label(16, 26, "Imprint beside the usual tools", "title"),
             label(16, 45, f"median of {report['rounds']} rounds; each row to its own scale; the red line is the goal",
                   "small")]
    for number, row in enumerate(rows):
        parts += draw_row(row, TOP + STEP * number)
    return "\n".join(parts + ["</svg>"]) + "\n"
