package aisle;

import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.core.FlattenGraphFilter;
import org.apache.lucene.analysis.en.EnglishMinimalStemFilter;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.KStemFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.TruncateTokenFilter;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenFilter;
import org.apache.lucene.analysis.ngram.NGramTokenFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceFilter;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.analysis.AbstractTokenFilterFactory;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;

/** Token filters by name. Each entry reads its settings once and gives a function from stream to stream. */
final class TokenFilters {

  private TokenFilters() {}

  static Map<String, AnalysisProvider<TokenFilterFactory>> all() {
    return Map.ofEntries(
        Map.entry("asciifolding", TokenFilters::asciiFolding),
        Map.entry("edge_ngram", filter(TokenFilters::edgeNgram)),
        Map.entry("ngram", filter(TokenFilters::ngram)),
        Map.entry("stemmer", filter(TokenFilters::stemmer)),
        Map.entry("word_delimiter_graph", filter(WordDelimiter::read)),
        Map.entry("flatten_graph", filter(settings -> FlattenGraphFilter::new)),
        Map.entry("unique", filter(settings -> UniqueFilter::new)),
        Map.entry("length", filter(TokenFilters::length)),
        Map.entry("truncate", needsSettings(filter(TokenFilters::truncate))),
        Map.entry("pattern_replace", needsSettings(filter(TokenFilters::patternReplace))));
  }

  private static AnalysisProvider<TokenFilterFactory> filter(
      Function<Settings, UnaryOperator<TokenStream>> read) {
    return (index, node, name, settings) -> {
      UnaryOperator<TokenStream> apply = read.apply(settings);
      return new AbstractTokenFilterFactory(name) {
        @Override
        public TokenStream create(TokenStream input) {
          return apply.apply(input);
        }
      };
    };
  }

  /** Without this the server builds every filter once with empty settings, which these have no meaning for. */
  private static AnalysisProvider<TokenFilterFactory> needsSettings(
      AnalysisProvider<TokenFilterFactory> provider) {
    return AnalysisPlugin.requiresAnalysisSettings(provider);
  }

  /** The only one that a keyword normalizer may use as well; there it always folds, and never keeps both forms. */
  private static TokenFilterFactory asciiFolding(
      Object index, Object node, String name, Settings settings) {
    boolean preserveOriginal = settings.getAsBoolean("preserve_original", false);
    return new AsciiFolding(name, preserveOriginal);
  }

  private static final class AsciiFolding extends AbstractTokenFilterFactory
      implements NormalizingTokenFilterFactory {
    private final boolean preserveOriginal;

    AsciiFolding(String name, boolean preserveOriginal) {
      super(name);
      this.preserveOriginal = preserveOriginal;
    }

    @Override
    public TokenStream create(TokenStream input) {
      return new ASCIIFoldingFilter(input, preserveOriginal);
    }

    @Override
    public TokenStream normalize(TokenStream input) {
      return new ASCIIFoldingFilter(input, false);
    }
  }

  private static UnaryOperator<TokenStream> edgeNgram(Settings settings) {
    int min = settings.getAsInt("min_gram", 1);
    int max = settings.getAsInt("max_gram", 2);
    boolean preserveOriginal = settings.getAsBoolean("preserve_original", false);
    return input -> new EdgeNGramTokenFilter(input, min, max, preserveOriginal);
  }

  private static UnaryOperator<TokenStream> ngram(Settings settings) {
    int min = settings.getAsInt("min_gram", 1);
    int max = settings.getAsInt("max_gram", 2);
    boolean preserveOriginal = settings.getAsBoolean("preserve_original", false);
    return input -> new NGramTokenFilter(input, min, max, preserveOriginal);
  }

  private static UnaryOperator<TokenStream> stemmer(Settings settings) {
    String language = settings.get("language", settings.get("name", "porter"));
    return switch (language) {
      case "english", "porter" -> PorterStemFilter::new;
      case "light_english", "kstem" -> KStemFilter::new;
      case "minimal_english" -> EnglishMinimalStemFilter::new;
      case "possessive_english" -> EnglishPossessiveFilter::new;
      default -> throw new IllegalArgumentException(
          "stemmer: this plugin has english, light_english, minimal_english, possessive_english; got ["
              + language + "]");
    };
  }

  private static UnaryOperator<TokenStream> length(Settings settings) {
    int min = settings.getAsInt("min", 0);
    int max = settings.getAsInt("max", Integer.MAX_VALUE);
    return input -> new LengthFilter(input, min, max);
  }

  private static UnaryOperator<TokenStream> truncate(Settings settings) {
    int length = settings.getAsInt("length", -1);
    if (length <= 0) {
      throw new IllegalArgumentException("truncate: length must be given and be above 0");
    }
    return input -> new TruncateTokenFilter(input, length);
  }

  private static UnaryOperator<TokenStream> patternReplace(Settings settings) {
    String pattern = settings.get("pattern");
    if (pattern == null) {
      throw new IllegalArgumentException("pattern_replace: pattern must be given");
    }
    Pattern compiled = Pattern.compile(pattern);
    String replacement = settings.get("replacement", "");
    boolean all = settings.getAsBoolean("all", true);
    return input -> new PatternReplaceFilter(input, compiled, replacement, all);
  }
}
