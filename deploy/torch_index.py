"""Print the pip option that brings torch's CPU build, where that makes a difference and its index is reached.

usage: python deploy/torch_index.py [URL]

On Linux the default build of torch comes with gigabytes of CUDA packages. Prints nothing on other systems,
without a URL, or when the index does not answer within three seconds: pip then takes what its own settings
lead to.
"""

import sys
import urllib.error
import urllib.request

TIMEOUT_S = 3.0


def pip_option(url: str) -> str:
    """Return the option for pip's command line, or the empty string."""
    if not sys.platform.startswith("linux") or not url.startswith("https://"):
        return ""
    try:
        with urllib.request.urlopen(f"{url}/torch/", timeout=TIMEOUT_S):  # noqa: S310
            return f"--extra-index-url {url}"
    except (urllib.error.URLError, OSError, ValueError):
        return ""


if __name__ == "__main__":
    print(pip_option(sys.argv[1] if len(sys.argv) > 1 else ""))
