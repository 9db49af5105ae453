package aisle;

import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.CATENATE_ALL;
import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.CATENATE_NUMBERS;
import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.CATENATE_WORDS;
import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.GENERATE_NUMBER_PARTS;
import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.GENERATE_WORD_PARTS;
import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.PRESERVE_ORIGINAL;
import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.SPLIT_ON_CASE_CHANGE;
import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.SPLIT_ON_NUMERICS;
import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.STEM_ENGLISH_POSSESSIVE;
import static org.apache.lucene.analysis.miscellaneous.WordDelimiterIterator.DEFAULT_WORD_DELIM_TABLE;

import java.util.function.UnaryOperator;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter;
import org.elasticsearch.common.settings.Settings;

/** {@code word_delimiter_graph}: splits words at punctuation, digits and case; its switches become one bit set. */
final class WordDelimiter {

  private WordDelimiter() {}

  static UnaryOperator<TokenStream> read(Settings settings) {
    int flags =
        flag(settings, "generate_word_parts", true, GENERATE_WORD_PARTS)
            | flag(settings, "generate_number_parts", true, GENERATE_NUMBER_PARTS)
            | flag(settings, "catenate_words", false, CATENATE_WORDS)
            | flag(settings, "catenate_numbers", false, CATENATE_NUMBERS)
            | flag(settings, "catenate_all", false, CATENATE_ALL)
            | flag(settings, "split_on_case_change", true, SPLIT_ON_CASE_CHANGE)
            | flag(settings, "split_on_numerics", true, SPLIT_ON_NUMERICS)
            | flag(settings, "preserve_original", false, PRESERVE_ORIGINAL)
            | flag(settings, "stem_english_possessive", true, STEM_ENGLISH_POSSESSIVE);
    boolean adjustOffsets = settings.getAsBoolean("adjust_offsets", true);
    return input ->
        new WordDelimiterGraphFilter(input, adjustOffsets, DEFAULT_WORD_DELIM_TABLE, flags, null);
  }

  private static int flag(Settings settings, String name, boolean fallback, int bit) {
    return settings.getAsBoolean(name, fallback) ? bit : 0;
  }
}
