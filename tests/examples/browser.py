"""A Chromium without a window, for tests of pages and for pictures of them."""
import shutil
import subprocess
import tempfile

NAMES = "chromium", "chromium-browser", "google-chrome"
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
           "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage")


def find():
    return next(filter(None, map(shutil.which, NAMES)), None)


def run(*arguments, patience=60):
    """What the browser prints with these arguments, in a profile of its own; nothing when it does not end in time."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [find(), *OPTIONS, f"--user-data-dir={profile}", *arguments]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  timeout=patience, check=False)
        except subprocess.TimeoutExpired:
            return ""
        return done.stdout.decode(errors="replace")


def page_after(url, milliseconds=20_000):
    """The page's document after its scripts had that long, by the browser's clock, which passes over pauses."""
    return run(f"--virtual-time-budget={milliseconds}", "--dump-dom", url)


def picture(url, file, width, height):
    run(f"--window-size={width},{height}", f"--screenshot={file}", url)
