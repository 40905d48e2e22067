"""For those who come again: OAI-PMH, ResourceSync, feeds and the sitemap, all of them XML."""
