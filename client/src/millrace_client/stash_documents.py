"""What is asked of a Stash server. Made by `python -m client.generate`: change that, not this."""

DOCUMENTS = {
    "find_performers": """query FindPerformers($filter: FindFilterType, $performer_filter: PerformerFilterType) {
  findPerformers(filter: $filter, performer_filter: $performer_filter) {
    count
    performers {
      id
      name
      disambiguation
      alias_list
      ignore_auto_tag
      updated_at
    }
  }
}
""",
    "find_scene_ids": """query FindSceneIds($filter: FindFilterType, $scene_filter: SceneFilterType) {
  findScenes(filter: $filter, scene_filter: $scene_filter) {
    count
    scenes {
      id
    }
  }
}
""",
    "find_scenes": """query FindScenes($filter: FindFilterType, $scene_filter: SceneFilterType) {
  findScenes(filter: $filter, scene_filter: $scene_filter) {
    count
    scenes {
      ...SceneParts
    }
  }
}
fragment SceneParts on Scene {
  id
  title
  details
  code
  director
  urls
  date
  rating100
  organized
  created_at
  updated_at
  files {
    path
    size
    duration
    width
    height
    frame_rate
    video_codec
    fingerprints {
      type
      value
    }
  }
  studio {
    id
    name
  }
  performers {
    id
    name
  }
  tags {
    id
    name
  }
  groups {
    group {
      id
      name
    }
  }
  galleries {
    id
    title
  }
  scene_markers {
    title
    seconds
    end_seconds
    primary_tag {
      name
    }
  }
  stash_ids {
    endpoint
    stash_id
  }
}
""",
    "find_studios": """query FindStudios($filter: FindFilterType, $studio_filter: StudioFilterType) {
  findStudios(filter: $filter, studio_filter: $studio_filter) {
    count
    studios {
      id
      name
      aliases
      ignore_auto_tag
      updated_at
      parent_studio {
        id
      }
    }
  }
}
""",
    "find_tags": """query FindTags($filter: FindFilterType, $tag_filter: TagFilterType) {
  findTags(filter: $filter, tag_filter: $tag_filter) {
    count
    tags {
      id
      name
      aliases
      ignore_auto_tag
      updated_at
      parents {
        id
      }
    }
  }
}
""",
}
