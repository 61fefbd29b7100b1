"""Tests of what is shipped beside the code: manifests, the image's lock, licences, wheels."""
