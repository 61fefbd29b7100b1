"""What pyproject.toml cannot say: the pages of docs/ travel in the wheel, beside the code that shows them."""

from pathlib import Path
from shutil import copyfile

from setuptools import setup
from setuptools.command.build_py import build_py


class WithGuides(build_py):
    """Builds the packages, and copies the guides that `confnotes help` shows into `console/pages`."""

    def run(self) -> None:
        """Build; an editable installation reads docs/ itself."""
        super().run()
        if not self.editable_mode:
            pages = Path(self.build_lib, "console", "pages")
            pages.mkdir(parents=True, exist_ok=True)
            for page in sorted(Path("docs").glob("*.md")):
                copyfile(page, pages / page.name)


setup(cmdclass={"build_py": WithGuides})
