"""usage: page_test.py QAWAVE

Runs qawave in its memory profile and tries its page in a real browser without a window: a run is asked for by the
page's form and followed to its end. Exit status 77 when there is no Chromium.
"""
import re
import subprocess
import sys
import time

import browser

SHOWN = [("PACKAGE_REQUESTED", ""), ("SCENARIO_CREATED", "log in"), ("EXECUTION_SUCCESS", "s-0"),
         ("SCENARIO_CREATED", "pay with an expired card should fail"), ("EXECUTION_FAILED", "s-1"),
         ("SCENARIO_CREATED", "log out"), ("EXECUTION_SUCCESS", "s-2"), ("RUN_COMPLETE", "")]


def problem_of(page):
    if "Complete: 2 passed, 1 failed." not in page:
        return "the page does not say how the run ended"
    if re.search(r"<progress[^>]* value=\"1\"", page) is None:
        return "the bar is not full"
    shown = [(kind, text.removeprefix(kind).strip()) for kind, text in re.findall(r'<li class="(\w+)">([^<]*)</li>', page)]
    return None if shown == SHOWN else f"the page shows {shown}"


def main(program):
    if browser.find() is None:
        print("skipped: no Chromium")
        return 77
    with subprocess.Popen([program, "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          env={"PATH": "/usr/bin:/bin"}) as server:
        try:
            url = re.match(r"http://\S+", server.stdout.readline())[0]
            until = time.monotonic() + 90
            while True:  # a busy machine may end the browser's patience before the run
                page = browser.page_after(url + "/?run")
                problem = problem_of(page)
                if problem is None or time.monotonic() > until:
                    break
        finally:
            server.terminate()
    print(problem or "the page shows the run from its request to its end")
    if problem:
        print(page[-3000:])
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
