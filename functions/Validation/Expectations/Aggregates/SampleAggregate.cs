using System.Runtime.InteropServices;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>An aggregate that needs every number of the column: 8 bytes each, sorted once at the end.</summary>
internal abstract class SampleAggregate(Arguments arguments, ResultFormat format) : ColumnAggregate(arguments, format)
{
    private readonly List<double> sample = [];

    protected abstract Observation Observe(ReadOnlySpan<double> sorted);

    protected sealed override void Take(Column column, ReadOnlySpan<bool> considered)
    {
        for (int i = 0; i < considered.Length && Fault is null; i++)
        {
            if (considered[i])
                sample.Add(NumberAt(column, i));
        }
    }

    protected sealed override Observation Observe()
    {
        sample.Sort();
        return Observe(CollectionsMarshal.AsSpan(sample));
    }
}
