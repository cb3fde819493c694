package io.millrace.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How large a configuration becomes when its substitutions are put in. A list of two copies of
 * another one, thirty times over, is a kilobyte that becomes a thousand million elements: it must
 * be refused before the library begins with it. An estimate in characters, never below the truth by
 * more than what is shared. Owned by one load.
 */
final class Expansion {
  /** What is written out without any substitution is a tenth of it at most. */
  private static final long MOST_CHARS = 8L << 20;

  /** The library goes through all of them for each one, a call inside another. */
  private static final int MOST_LAYERS = 100;

  private static final Pattern REFERENCE = Pattern.compile("\\$\\{\\??([^}]*)}");

  /** How the library writes that a key has several values, which are not merged yet. */
  private static final Pattern LAYER = Pattern.compile("#     unmerged value \\d+ ");

  private static final ConfigRenderOptions WITH_LAYERS =
      ConfigRenderOptions.defaults().setOriginComments(false);

  /** A key: an object's with children, any other's with its text. */
  private static final class Node {
    final List<String> path;
    final Map<String, Node> children = new HashMap<>();
    String text = "";
    long chars = -1;
    boolean open;

    Node(List<String> path) {
      this.path = path;
    }
  }

  private final Node root = new Node(List.of());

  private Expansion() {}

  /** What is wrong with resolving this; null = nothing. */
  static @Nullable String whatIsWrong(ConfigObject unresolved) {
    Expansion expansion = new Expansion();
    expansion.collect(expansion.root, unresolved);
    try {
      return expansion.chars(expansion.root) > MOST_CHARS
          ? "becomes too large when its substitutions are put in; allowed: "
              + Quantity.SIZE.format(MOST_CHARS)
          : null;
    } catch (TooManyLayers e) {
      return "sets %s more than %d times with substitutions or +=; write it out"
          .formatted(e.getMessage(), MOST_LAYERS);
    }
  }

  private void collect(Node node, ConfigValue value) {
    if (value instanceof ConfigObject object) {
      try {
        for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
          List<String> path = new ArrayList<>(node.path);
          path.add(entry.getKey());
          Node child = new Node(path);
          node.children.put(entry.getKey(), child);
          collect(child, entry.getValue());
        }
        return;
      } catch (ConfigException.NotResolved several) {
        node.children.clear(); // its keys are known only when it is resolved
      }
    }
    node.text = value.render(WITH_LAYERS);
  }

  private long chars(Node node) {
    if (node.chars >= 0) {
      return node.chars;
    }
    node.open = true;
    long sum = 0;
    for (Node child : node.children.values()) {
      sum = Math.min(MOST_CHARS + 1, sum + child.path.getLast().length() + chars(child));
    }
    if (!node.text.isEmpty()) {
      sum = Math.min(MOST_CHARS + 1, sum + textChars(node));
    }
    node.open = false;
    node.chars = sum;
    return sum;
  }

  /** Each layer may refer to what the ones before it have made. */
  private long textChars(Node node) {
    if (node.text.indexOf('$') < 0) {
      return node.text.length();
    }
    String[] layers = LAYER.split(node.text, -1);
    long before = 0;
    int referring = 0;
    for (String layer : layers) {
      long chars = layer.length();
      Matcher reference = REFERENCE.matcher(layer);
      if (reference.find() && ++referring > MOST_LAYERS) {
        throw new TooManyLayers(ConfigUtil.joinPath(node.path));
      }
      reference.reset();
      while (reference.find()) {
        Node target = find(reference.group(1));
        if (target != null) {
          // What is being summed up already is this key itself, or one that contains it.
          chars = Math.min(MOST_CHARS + 1, chars + (target.open ? before : chars(target)));
        }
      }
      before = chars;
    }
    return before;
  }

  /** The key, or the one that will have it among what isn't known yet; null = none. */
  private @Nullable Node find(String reference) {
    List<String> path;
    try {
      path = ConfigUtil.splitPath(reference.strip());
    } catch (ConfigException noPath) {
      return null; // a text that looks like a substitution
    }
    // In an included file a path may start from where the include stands, or from the root.
    for (int from = 0; from < path.size(); from++) {
      Node node = root;
      for (String key : path.subList(from, path.size())) {
        Node child = node.children.get(key);
        if (child == null) {
          break;
        }
        node = child;
      }
      if (node != root) {
        return node;
      }
    }
    return null;
  }

  private static final class TooManyLayers extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyLayers(String path) {
      super(path);
    }
  }
}
