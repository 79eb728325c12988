"""The pages, in the order of the navigation."""

from dashboard.pages.about import ABOUT
from dashboard.pages.base import Page, PageRequest
from dashboard.pages.capacity import CAPACITY
from dashboard.pages.carbon import CARBON
from dashboard.pages.demand import DEMAND
from dashboard.pages.health import HEALTH
from dashboard.pages.overview import OVERVIEW
from dashboard.pages.reports import REPORTS
from dashboard.pages.shortfall import SHORTFALL
from dashboard.pages.utilisation import UTILISATION
from dashboard.pages.views import VIEWS

PAGES: tuple[Page, ...] = (
    OVERVIEW,
    SHORTFALL,
    DEMAND,
    UTILISATION,
    CAPACITY,
    CARBON,
    REPORTS,
    VIEWS,
    HEALTH,
    ABOUT,
)

__all__ = ["PAGES", "Page", "PageRequest"]
