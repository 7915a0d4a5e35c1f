# Empties sys.modules and everything with which Python finds modules.
import sys

keep = sys
sys.modules.clear()
keep.meta_path.clear()
keep.path_hooks.clear()
keep.path_importer_cache.clear()
keep.path.clear()
