using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Tidemark.Drift;
using Xunit;

namespace Tidemark.Tests.Platform.Json;

/// <summary>
/// Generated readers give properties that can only be initialised what the text says, or nothing: a default that the type states would be lost. So no
/// type that is read has such a property, or its texts always name it.
/// </summary>
public sealed class JsonDefaultsTests
{
    /// <summary>What the suite itself writes whole, always.</summary>
    private static readonly string[] WrittenWhole = [];

    [Fact]
    public void What_a_text_leaves_out_is_as_its_type_says()
    {
        List<string> lost = [];
        foreach (Type context in typeof(DriftSettings).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(JsonSerializerContext))))
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
