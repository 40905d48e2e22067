from django.apps import AppConfig


class InterchangeConfig(AppConfig):
    name = "media4sec.interchange"
    label = "interchange"
