"""Draws the panels of a Grafana dashboard from the answers of its data source: SVG in a page, photographed by a browser.

What a panel is called, where it stands, its unit and its smallest value come from the dashboard; the rest of Grafana
(its themes, its interaction) is not imitated.
"""
import html
import math
import re
import tempfile
import time
from pathlib import Path

import browser

COLUMN, ROW, EDGE = 50, 38, 10  # of Grafana's grid of 24 columns, in pixels
COLOURS = "#73bf69", "#f2cc0c", "#5794f2", "#ff9830", "#f2495c", "#b877d9"
STYLE = """body { margin: 0; background: #111217; font: 13px sans-serif } h1 { font-size: 18px; color: #ccccdc; margin: 12px }
.panel { position: absolute; background: #181b1f; border: 1px solid #2c3235; box-sizing: border-box }
text { fill: #ccccdc; font: 12px sans-serif } .grid { stroke: #2c3235 }"""


def legend(pattern, labels):
    return re.sub(r"{{\s*(\w+)\s*}}", lambda name: labels.get(name[1], ""), pattern)


def nice_step(span, count):
    rough = max(span, 1e-9) / count
    power = 10 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)


def axes(box, times, top, step):
    left, upper, width, height = box
    parts = []
    for tick in range(int(round(top / step)) + 1):
        y = upper + height * (1 - tick * step / top)
        parts.append(f'<line class="grid" x1="{left}" x2="{left + width}" y1="{y:.1f}" y2="{y:.1f}"/>'
                     f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{tick * step:g}</text>')
    first, last = times
    for number in range(5):
        at = first + (last - first) * number / 4
        parts.append(f'<text x="{left + width * number / 4:.1f}" y="{upper + height + 18}" text-anchor="{"start" if number == 0 else "end" if number == 4 else "middle"}">'
                     f'{time.strftime("%H:%M:%S", time.gmtime(at))}</text>')
    return parts


def lines(box, times, top, answers):
    left, upper, width, height = box
    first, last = times
    parts = []
    for number, (pattern, series) in enumerate(answers):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join(f"{left + width * (at - first) / (last - first):.1f},"
                          f"{upper + height * (1 - min(float(value), top) / top):.1f}"
                          for at, value in series["values"] if value != "NaN")
        y = upper + height + 40 + 18 * number
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{points}"/>'
                     f'<rect x="{left}" y="{y - 9}" width="14" height="4" fill="{colour}"/>'
                     f'<text x="{left + 20}" y="{y - 2}">{html.escape(legend(pattern, series["metric"]))}</text>')
    return parts


def highest(answer):
    return max((float(value) for _, value in answer[1]["values"] if value != "NaN"), default=0.0)


def panel(settings, answers, times):
    place = settings["gridPos"]
    width, height = place["w"] * COLUMN, place["h"] * ROW
    answers = sorted((one for one in answers if one[1]["values"]), key=highest, reverse=True)[:4]
    box = (56, 40, width - 56 - 24, height - 40 - 34 - 18 * max(len(answers), 1) - 10)
    most = max(map(highest, answers), default=1.0)
    step = nice_step(max(most, 1e-3) * 1.05, 4)
    top = step * math.ceil(max(most, 1e-3) * 1.05 / step)
    inside = axes(box, times, top, step) + lines(box, times, top, answers)
    return (f'<div class="panel" style="left:{EDGE + place["x"] * COLUMN}px; top:{50 + place["y"] * ROW}px;'
            f' width:{width - EDGE}px; height:{height - EDGE}px"><svg width="{width - EDGE}" height="{height - EDGE}">'
            f'<text x="12" y="22" style="font-size: 14px; font-weight: bold">{html.escape(settings["title"])}</text>'
            f'{"".join(inside)}</svg></div>')


def draw(dashboard, answers, file):
    """@param answers by panel id: legend pattern and series of each line"""
    moments = [at for all_of in answers.values() for _, series in all_of for at, _ in series["values"]]
    times = min(moments), max(moments)
    drawn = "".join(panel(one, answers[one["id"]], times) for one in dashboard["panels"])
    width = max(one["gridPos"]["x"] + one["gridPos"]["w"] for one in dashboard["panels"]) * COLUMN + EDGE
    height = max(one["gridPos"]["y"] + one["gridPos"]["h"] for one in dashboard["panels"]) * ROW + 50
    page = f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><h1>{html.escape(dashboard['title'])}</h1>{drawn}"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "page.html").write_text(page, encoding="utf-8")
        browser.picture(f"file://{folder}/page.html", str(Path(file).resolve()), width, height)
