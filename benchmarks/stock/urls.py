"""The addresses of the portal that there are here as well."""

from django.http import HttpResponseNotFound
from django.urls import include, path
from rest_framework.routers import DefaultRouter

from benchmarks.stock import api, views

router = DefaultRouter(trailing_slash=False)
router.register("technologies", api.TechnologyViewSet, basename="technology")

urlpatterns = [
    path("technologies/", views.TechnologyList.as_view(), name="technologies"),
    path("technologies/<str:ref>/", views.TechnologyPage.as_view(), name="technology"),
    path("api/v1/", include(router.urls)),
]


def handler404(request, exception):
    return HttpResponseNotFound("Not found")
