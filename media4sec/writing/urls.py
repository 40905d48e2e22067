"""The addresses of working copies, below ``/api/v1/working``."""

from django.urls import path

from media4sec.writing.beside import CommentOnCopy, CommentsOnCopy, CommentStep, FileOfCopy, FilesOfCopy
from media4sec.writing.described import openapi_of_copies
from media4sec.writing.views import Copies, Copy, Home, OneVersion, Steps, TakenStep, Versions

COPIES = "api/v1/working/<str:plural>"
COPY = f"{COPIES}/<str:identifier>"

urlpatterns = [
    path("api/v1/working", Home.as_view(), name="working"),
    path("api/v1/working/openapi.json", openapi_of_copies, name="working-openapi"),
    path(COPIES, Copies.as_view(), name="working-copies"),
    path(COPY, Copy.as_view(), name="working-copy"),
    path(f"{COPY}/steps", Steps.as_view(), name="working-steps"),
    path(f"{COPY}/steps/<str:name>", TakenStep.as_view(), name="working-step"),
    path(f"{COPY}/files", FilesOfCopy.as_view(), name="working-files"),
    path(f"{COPY}/files/<str:digest>", FileOfCopy.as_view(), name="working-file"),
    path(f"{COPY}/comments", CommentsOnCopy.as_view(), name="working-comments"),
    path(f"{COPY}/comments/<int:number>", CommentOnCopy.as_view(), name="working-comment"),
    path(f"{COPY}/comments/<int:number>/<str:name>", CommentStep.as_view(), name="working-comment-step"),
    path(f"{COPY}/revisions", Versions.as_view(), name="working-versions"),
    path(f"{COPY}/revisions/<int:number>", OneVersion.as_view(), name="working-version"),
]
