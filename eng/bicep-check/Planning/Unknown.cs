namespace Tidemark.BicepCheck.Planning;

/// <summary>A value that only Azure knows.</summary>
internal sealed class Unknown
{
    public static readonly Unknown Value = new();

    private Unknown()
    {
    }

    public override string ToString() => "(known when deployed)";
}
