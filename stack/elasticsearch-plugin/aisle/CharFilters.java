package aisle;

import java.io.Reader;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.pattern.PatternReplaceCharFilter;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.analysis.AbstractCharFilterFactory;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;

/** Character filters by name: they change the text before the tokenizer sees it. */
final class CharFilters {
  private static final Pattern RULE = Pattern.compile("(.*?)\\s*=>\\s*(.*?)\\s*", Pattern.DOTALL);
  private static final Pattern ESCAPE = Pattern.compile("\\\\(u([0-9a-fA-F]{4})|.)", Pattern.DOTALL);

  private CharFilters() {}

  static Map<String, AnalysisProvider<CharFilterFactory>> all() {
    return Map.of(
        "mapping", filter(CharFilters::mapping),
        "pattern_replace", filter(CharFilters::patternReplace));
  }

  private static AnalysisProvider<CharFilterFactory> filter(
      Function<Settings, UnaryOperator<Reader>> read) {
    return AnalysisPlugin.requiresAnalysisSettings(
        (index, node, name, settings) -> {
          UnaryOperator<Reader> apply = read.apply(settings);
          return new AbstractCharFilterFactory(name) {
            @Override
            public Reader create(Reader input) {
              return apply.apply(input);
            }
          };
        });
  }

  private static UnaryOperator<Reader> mapping(Settings settings) {
    NormalizeCharMap.Builder builder = new NormalizeCharMap.Builder();
    for (String rule : settings.getAsList("mappings")) {
      Matcher parts = RULE.matcher(rule);
      if (!parts.matches()) {
        throw new IllegalArgumentException("mapping: expected [from => to], got [" + rule + "]");
      }
      builder.add(unescape(parts.group(1).trim()), unescape(parts.group(2).trim()));
    }
    NormalizeCharMap map = builder.build();
    return input -> new MappingCharFilter(map, input);
  }

  private static UnaryOperator<Reader> patternReplace(Settings settings) {
    String pattern = settings.get("pattern");
    if (pattern == null) {
      throw new IllegalArgumentException("pattern_replace: pattern must be given");
    }
    Pattern compiled = Pattern.compile(pattern);
    String replacement = settings.get("replacement", "");
    return input -> new PatternReplaceCharFilter(compiled, replacement, input);
  }

  /** Backslash escapes of a mapping rule: n, t, r, b, f, four hex digits after u; others stand for themselves. */
  private static String unescape(String text) {
    return ESCAPE.matcher(text).replaceAll(match -> Matcher.quoteReplacement(escaped(match.group(1), match.group(2))));
  }

  private static String escaped(String code, String hex) {
    if (hex != null) {
      return String.valueOf((char) Integer.parseInt(hex, 16));
    }
    return switch (code) {
      case "n" -> "\n";
      case "t" -> "\t";
      case "r" -> "\r";
      case "b" -> "\b";
      case "f" -> "\f";
      default -> code;
    };
  }
}
