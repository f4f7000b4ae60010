from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Files named by their content, imports between our JavaScript modules included."""

    support_js_module_import_aggregation = True
