using Tidemark.BicepCheck.Schema;
using Tidemark.BicepCheck.Syntax;

namespace Tidemark.BicepCheck.Planning;

/// <summary>A resource that a template deploys (or names, where <paramref name="Existing"/>), with its values as far as they are known beforehand.</summary>
/// <param name="File">The Bicep file that declares it.</param>
/// <param name="Body">Texts, numbers (long), booleans, null, lists, dictionaries; <see cref="Unknown"/> where only Azure knows.</param>
internal sealed record PlannedResource(ResourceReference Reference, string File, Position At, bool Existing, PlannedResource? Parent, IReadOnlyDictionary<string, object?> Body)
{
    /// <summary>Null where it is not known beforehand.</summary>
    public string? Name => Body.GetValueOrDefault("name") as string;

    /// <summary>Reads as a resource id does; subscription and group are placeholders.</summary>
    public string Id
    {
        get
        {
            string[] types = Reference.Type.Split('/');
            if (Body.GetValueOrDefault("scope") is PlannedResource on) return $"{on.Id}/providers/{Reference.Type}/{Name}";
            return Parent is not null
                ? $"{Parent.Id}/{types[^1]}/{Name}"
                : $"/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/group/providers/{types[0]}/{string.Join('/', types.Skip(1).Zip((Name ?? "unknown").Split('/'), (t, n) => $"{t}/{n}"))}";
        }
    }

    public bool Is(string type) => Reference.Is(type);

    /// <summary>The value at a path such as <c>properties.networkAcls.defaultAction</c>; null where it is not set.</summary>
    public object? this[string path]
    {
        get
        {
            object? value = Body;
            foreach (string name in path.Split('.'))
            {
                if (value is Unknown) return value;
                value = (value as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault(name);
            }

            return value;
        }
    }
}
