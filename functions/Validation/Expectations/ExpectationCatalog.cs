using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace Tidemark.Validation.Expectations;

/// <summary>Every expectation by its Great Expectations name; what each means stands in docs/validation.md.</summary>
public static class ExpectationCatalog
{
    private static readonly FrozenDictionary<string, Func<Arguments, ResultFormat, Evaluator>> Makers = new Dictionary<string, Func<Arguments, ResultFormat, Evaluator>>
    {
        ["expect_column_values_to_be_null"] = (a, f) => new NullRows(a, f, wantMissing: true),
        ["expect_column_values_to_not_be_null"] = (a, f) => new NullRows(a, f, wantMissing: false),
        ["expect_column_values_to_be_between"] = (a, f) => new BetweenRows(a, f),
        ["expect_column_values_to_be_in_set"] = (a, f) => new SetRows(a, f, wantMember: true),
        ["expect_column_values_to_not_be_in_set"] = (a, f) => new SetRows(a, f, wantMember: false),
        ["expect_column_values_to_be_unique"] = (a, f) => new UniqueRows(a, f, compound: false),
        ["expect_column_values_to_be_of_type"] = (a, f) => new TypeRows(a, f, list: false),
        ["expect_column_values_to_be_in_type_list"] = (a, f) => new TypeRows(a, f, list: true),
        ["expect_column_values_to_match_regex"] = (a, f) => new RegexRows(a, f, "regex", wantMatch: true),
        ["expect_column_values_to_not_match_regex"] = (a, f) => new RegexRows(a, f, "regex", wantMatch: false),
        ["expect_column_values_to_match_regex_list"] = (a, f) => new RegexRows(a, f, "regex_list", wantMatch: true),
        ["expect_column_values_to_not_match_regex_list"] = (a, f) => new RegexRows(a, f, "regex_list", wantMatch: false),
        ["expect_column_values_to_match_like_pattern"] = (a, f) => new RegexRows(a, f, "like_pattern", wantMatch: true),
        ["expect_column_values_to_not_match_like_pattern"] = (a, f) => new RegexRows(a, f, "like_pattern", wantMatch: false),
        ["expect_column_values_to_match_like_pattern_list"] = (a, f) => new RegexRows(a, f, "like_pattern_list", wantMatch: true),
        ["expect_column_values_to_not_match_like_pattern_list"] = (a, f) => new RegexRows(a, f, "like_pattern_list", wantMatch: false),
        ["expect_column_value_lengths_to_be_between"] = (a, f) => new LengthRows(a, f, equal: false),
        ["expect_column_value_lengths_to_equal"] = (a, f) => new LengthRows(a, f, equal: true),
        ["expect_column_value_z_scores_to_be_less_than"] = (a, f) => new ZScoreRows(a, f),
        ["expect_column_values_to_match_strftime_format"] = TextRows.Strftime,
        ["expect_column_values_to_be_dateutil_parseable"] = TextRows.Dateutil,
        ["expect_column_values_to_be_json_parseable"] = TextRows.Json,
        ["expect_column_values_to_match_json_schema"] = TextRows.JsonOfSchema,
        ["expect_column_values_to_be_increasing"] = (a, f) => new MonotonicRows(a, f, direction: 1),
        ["expect_column_values_to_be_decreasing"] = (a, f) => new MonotonicRows(a, f, direction: -1),
        ["expect_column_pair_values_to_be_equal"] = PairRows.Equal,
        ["expect_column_pair_values_a_to_be_greater_than_b"] = PairRows.Greater,
        ["expect_column_pair_values_to_be_in_set"] = PairRows.InSet,
        ["expect_compound_columns_to_be_unique"] = (a, f) => new UniqueRows(a, f, compound: true),
        ["expect_multicolumn_sum_to_equal"] = (a, f) => new RecordRows(a, f, sums: true),
        ["expect_select_column_values_to_be_unique_within_record"] = (a, f) => new RecordRows(a, f, sums: false),
        ["expect_multicolumn_values_to_be_unique"] = (a, f) => new RecordRows(a, f, sums: false),
        ["expect_column_mean_to_be_between"] = (a, f) => new MomentBetween(a, f, Moment.Mean),
        ["expect_column_sum_to_be_between"] = (a, f) => new MomentBetween(a, f, Moment.Sum),
        ["expect_column_stdev_to_be_between"] = (a, f) => new MomentBetween(a, f, Moment.StandardDeviation),
        ["expect_column_median_to_be_between"] = (a, f) => new MedianBetween(a, f),
        ["expect_column_min_to_be_between"] = (a, f) => new ExtremeBetween(a, f, direction: -1),
        ["expect_column_max_to_be_between"] = (a, f) => new ExtremeBetween(a, f, direction: 1),
        ["expect_column_quantile_values_to_be_between"] = (a, f) => new QuantilesBetween(a, f),
        ["expect_column_unique_value_count_to_be_between"] = (a, f) => new UniqueBetween(a, f, proportion: false),
        ["expect_column_proportion_of_unique_values_to_be_between"] = (a, f) => new UniqueBetween(a, f, proportion: true),
        ["expect_column_most_common_value_to_be_in_set"] = (a, f) => new MostCommonInSet(a, f),
        ["expect_column_distinct_values_to_be_in_set"] = (a, f) => new DistinctValues(a, f, SetRelation.InSet),
        ["expect_column_distinct_values_to_contain_set"] = (a, f) => new DistinctValues(a, f, SetRelation.ContainsSet),
        ["expect_column_distinct_values_to_equal_set"] = (a, f) => new DistinctValues(a, f, SetRelation.EqualsSet),
        ["expect_table_row_count_to_be_between"] = TableShape.RowCountBetween,
        ["expect_table_row_count_to_equal"] = (a, f) => TableShape.CountEquals(a, f, ofColumns: false),
        ["expect_table_column_count_to_be_between"] = TableShape.ColumnCountBetween,
        ["expect_table_column_count_to_equal"] = (a, f) => TableShape.CountEquals(a, f, ofColumns: true),
        ["expect_table_columns_to_match_ordered_list"] = TableShape.ColumnsInOrder,
        ["expect_table_columns_to_match_set"] = TableShape.ColumnsOfSet,
        ["expect_column_to_exist"] = TableShape.ColumnExists,
        ["expect_column_kl_divergence_to_be_less_than"] = (a, f) => new KlDivergence(a, f),
        ["expect_column_chisquare_test_p_value_to_be_greater_than"] = (a, f) => new ChiSquareTest(a, f),
        ["expect_column_bootstrapped_ks_test_p_value_to_be_greater_than"] = (a, f) => new BootstrappedKs(a, f),
        ["expect_column_parameterized_distribution_ks_test_p_value_to_be_greater_than"] = (a, f) => new ParameterizedKs(a, f),
        ["expect_column_pair_cramers_phi_value_to_be_less_than"] = (a, f) => new CramersPhi(a, f),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names, in order.</summary>
    public static IEnumerable<string> Names => Makers.Keys.Order(StringComparer.Ordinal);

    public static bool Knows(string type) => Makers.ContainsKey(type);

    /// <summary>An evaluator for one pass over data, or the fault of arguments that make no expectation.</summary>
    public static (Evaluator? Evaluator, Fault? Fault) Create(string type, JsonObject kwargs, ResultFormat format)
    {
        if (!Makers.TryGetValue(type, out Func<Arguments, ResultFormat, Evaluator>? make))
            return (null, new Fault("ExpectationNotFoundError", $"{type} not found: it is no expectation known here; GET /docs lists those that are."));
        var arguments = new Arguments(type, kwargs);
        Evaluator evaluator = make(arguments, format);
        arguments.RefuseUnread();
        return arguments.Fault is null ? (evaluator, null) : (null, arguments.Fault);
    }
}
