"""The portal's heaviest pages as a good Django developer would write them with stock means, to compare with ours.

The same database, read through the kinds' own models: template pages with prefetching and live facet counts, and
an API of model serializers. No part of the product.
"""
