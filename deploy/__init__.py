"""Bundles for the clouds, the deployment to Tencent Cloud, and the server for one's own machine."""
