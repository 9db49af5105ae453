package aisle;

import java.util.Map;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;

/**
 * Text analysis for an Elasticsearch server that comes without its analysis-common module.
 *
 * <p>Each part is one of Lucene's own, registered under the name, with the parameters and with the defaults of
 * that module, so one mapping gives the same tokens here and on a full server. What analysis-common has and no
 * mapping of this project uses is left out. The promise is kept by test/integration/analysis.test.ts.
 */
public final class AnalysisBasicsPlugin extends Plugin implements AnalysisPlugin {

  @Override
  public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
    return TokenFilters.all();
  }

  @Override
  public Map<String, AnalysisProvider<CharFilterFactory>> getCharFilters() {
    return CharFilters.all();
  }

  @Override
  public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
    return Map.of(
        "whitespace", (index, node, name, settings) -> TokenizerFactory.newFactory(name, WhitespaceTokenizer::new),
        "keyword", (index, node, name, settings) -> TokenizerFactory.newFactory(name, KeywordTokenizer::new));
  }
}
