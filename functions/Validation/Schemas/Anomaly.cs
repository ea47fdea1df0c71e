using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tidemark.Validation.Schemas;

/// <summary>
/// What data does that its schema does not allow. Names are those of TensorFlow Data Validation (<c>SCHEMA_NEW_COLUMN</c> …);
/// <see cref="FeatureTypeSpike"/> and <see cref="FeatureTypeKeyRepeated"/> are ours.
/// </summary>
public enum AnomalyType
{
    SchemaNewColumn,
    SchemaMissingColumn,
    UnexpectedDataType,
    BoolTypeBigInt,
    BoolTypeSmallInt,
    BoolTypeUnexpectedFloat,
    BoolTypeUnexpectedString,
    EnumTypeUnexpectedStringValues,
    FeatureTypeNotPresent,
    FeatureTypeLowFractionPresent,
    FeatureTypeLowNumberPresent,
    FeatureTypeLowNumberValues,
    FeatureTypeHighNumberValues,
    FeatureTypeLowUnique,
    FeatureTypeHighUnique,
    FeatureTypeKeyRepeated,
    FeatureTypeSpike,
    FloatTypeSmallFloat,
    FloatTypeBigFloat,
    FloatTypeHasNan,
    FloatTypeHasInf,
    IntTypeSmallInt,
    IntTypeBigInt,
    DatasetLowNumExamples,
    DatasetHighNumExamples,
    ComparatorLowNumExamples,
    ComparatorHighNumExamples,
    ComparatorControlDataMissing,
    [JsonStringEnumMemberName("COMPARATOR_L_INFTY_HIGH")]
    ComparatorLInftyHigh,
    ComparatorJensenShannonDivergenceHigh,
}

/// <summary>One thing that is not as it should be.</summary>
/// <param name="Feature">Name of the column; null where the rows as a whole are meant.</param>
/// <param name="Type">What kind of thing.</param>
/// <param name="ShortDescription">A heading: the same for all anomalies of its type.</param>
/// <param name="Description">What was expected, what was found, and values where there are any.</param>
public sealed record Anomaly(
    string? Feature,
    [property: JsonConverter(typeof(AnomalyTypeConverter))] AnomalyType Type,
    string ShortDescription,
    string Description);

/// <summary>Writes <see cref="AnomalyType.SchemaNewColumn"/> as <c>SCHEMA_NEW_COLUMN</c>.</summary>
internal sealed class AnomalyTypeConverter() : JsonStringEnumConverter<AnomalyType>(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false);
