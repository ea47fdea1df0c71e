using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Tidemark.Drift;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Tests.Drift;
using Tidemark.Validation.Schemas;
using Xunit;

namespace Tidemark.Tests.Platform.Json;

/// <summary>
/// Generated readers give properties that can only be initialised what the text says, or nothing: a default that the type states would be lost. So no
/// type that is read has such a property, or its texts always name it.
/// </summary>
public sealed class JsonDefaultsTests
{
    /// <summary>What the suite itself writes whole, always.</summary>
    private static readonly string[] WrittenWhole =
        ["VersionCheck.Since", "WindowQuality.Detectors", "WindowQuality.Errors", "WindowQuality.Findings", "WindowQuality.Segments", "WindowQuality.Versions"];

    /// <summary>Where callers' texts become such types.</summary>
    private static readonly string[] Slices = ["Tidemark.Drift", "Tidemark.Feedback", "Tidemark.Validation"];

    [Fact]
    public void What_a_text_leaves_out_is_as_its_type_says()
    {
        List<string> lost = [];
        foreach (Type context in typeof(DriftSettings).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(JsonSerializerContext)) && Slices.Any(slice => t.Namespace!.StartsWith(slice, StringComparison.Ordinal))))
        {
            var reader = (JsonSerializerContext)context.GetProperty("Default", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
            foreach (PropertyInfo shown in context.GetProperties().Where(p => p.PropertyType.IsGenericType && p.PropertyType.GetGenericTypeDefinition() == typeof(JsonTypeInfo<>)))
            {
                var type = (JsonTypeInfo)shown.GetValue(reader)!;
                if (type is { Kind: JsonTypeInfoKind.Object } && type.Type.GetConstructor([]) is not null)
                    lost.AddRange(Lost(type).Select(name => $"{type.Type.Name}.{name}"));
            }
        }

        Assert.Equal(WrittenWhole, lost.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Partial_drift_settings_keep_every_default_that_they_do_not_name()
    {
        DriftSettings settings = DriftSettings.Parse(Json("""{"policy":{"persistence":3},"retraining":{"windows":4}}""")).Value!;

        Assert.Equal(new DriftSettings().Policy with { Persistence = 3, Tests = settings.Policy.Tests, Thresholds = settings.Policy.Thresholds, Importance = settings.Policy.Importance }, settings.Policy);
        Assert.Equal((1, 1000, 100, 0.01, true), (settings.WindowHours, settings.ReferenceRows, settings.Policy.MinimumRows, settings.Policy.FalseDiscoveryRate, settings.Policy.WatchMissing));
        Assert.Equal((true, 4, 168), (settings.Retraining.Enabled, settings.Retraining.Windows, settings.Retraining.CoolDownHours));
        Assert.Empty(settings.Retraining.Columns);
    }

    [Theory]
    [InlineData("""{"policy":null}""")]
    [InlineData("""{"policy":{"tests":null}}""")]
    [InlineData("""{"retraining":null}""")]
    [InlineData("""{"policy":{"minimumRows":0}}""")]
    [InlineData("""{"policy":{"falseDiscoveryRate":2}}""")]
    [InlineData("""{"policy":{"selection":"fixed"}}""")]
    public void Drift_settings_that_no_check_could_follow_are_refused(string text) => Assert.Equal("drift", DriftSettings.Parse(Json(text)).Failure!.Errors[0].Field);

    [Fact]
    public void A_schema_written_by_hand_has_the_defaults_of_what_it_leaves_out()
    {
        DataSchema schema = JsonSerializer.Deserialize("""{"features":[{"name":"kind","kind":"Text","domain":["a"]}]}""", SchemaJson.Default.DataSchema)!;

        Assert.Equal((1.0, new Presence(null, null), new Comparator(null, null)), (schema.Features[0].MinDomainMass, schema.Features[0].Presence, schema.Features[0].Drift));
        Profile data = DriftTables.Profile(DriftTables.Of(("kind", i => i < 99 ? "a" : "b", 100)));
        Assert.Contains(AnomalyDetection.Detect(schema, data, null, null, null), a => a.Feature == "kind");
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static IEnumerable<string> Lost(JsonTypeInfo type)
    {
        object stated = Activator.CreateInstance(type.Type)!, read;
        JsonObject least = [];
        foreach (JsonPropertyInfo property in type.Properties.Where(p => p.IsRequired))
            least[property.Name] = property.PropertyType.IsValueType ? JsonSerializer.SerializeToNode(RuntimeHelpers.GetUninitializedObject(property.PropertyType)) : null;
        try
        {
            read = JsonSerializer.Deserialize(least, type)!;
        }
        catch (JsonException)
        {
            yield break; // only written
        }

        foreach (PropertyInfo property in type.Type.GetProperties().Where(p => p.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true))
        {
            if (JsonSerializer.Serialize(property.GetValue(stated)) != JsonSerializer.Serialize(property.GetValue(read)))
                yield return property.Name;
        }
    }
}
