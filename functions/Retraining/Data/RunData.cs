using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Readers;

namespace Tidemark.Retraining.Data;

/// <summary>The data of a run, read from the start as often as asked. A row that can't be read ends the reading with a failure.</summary>
/// <param name="open">Opens the file anew; gzip or plain CSV.</param>
public sealed class RunData(Func<CancellationToken, Task<Stream>> open)
{
    public static RunData OfFile(string path) => new(_ => Task.FromResult<Stream>(File.OpenRead(path)));

    /// <summary>Calls <paramref name="batch"/> with every batch of rows. Columns named are there; those not in <paramref name="numbers"/> are text.</summary>
    /// <param name="needed">Columns that must be there.</param>
    /// <param name="numbers">Columns to read as numbers.</param>
    /// <param name="batch">Gets each batch in file order; its failure ends the reading.</param>
    public async Task<Failure?> ReadAsync(IReadOnlyCollection<string> needed, IReadOnlyCollection<string> numbers, Func<Table, Failure?> batch, CancellationToken cancellation)
    {
        var options = new CsvOptions
        {
            Kinds = numbers.ToDictionary(name => name, _ => ColumnKind.Real, StringComparer.Ordinal),
            OtherKinds = ColumnKind.Text,
            OnlyEmptyIsMissing = true,
        };
        var opened = await CsvReader.OpenAsync(await open(cancellation), options, cancellation);
        if (!opened.Ok) return AtFault(opened.Failure);
        using var reader = opened.Value;
        string[] absent = [.. needed.Except(reader.Names, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (absent.Length > 0)
        {
            return new Failure(FailureKind.Unprocessable, "Columns not in the data",
                $"The data have no column {string.Join(", ", absent.Take(10).Select(name => $"'{name}'"))}; they have {string.Join(", ", reader.Names.Take(20).Select(name => $"'{name}'"))}.");
        }

        while (true)
        {
            var more = await reader.ReadAsync(cancellation);
            if (!more.Ok) return AtFault(more.Failure);
            if (reader.Faults is [var fault, ..]) return Unreadable(fault);
            if (!more.Value) return null;
            if (batch(reader.Batch) is { } failure) return failure;
        }
    }

    private static Failure Unreadable(ReadFault fault) => new(FailureKind.Unprocessable, "Unreadable row",
        fault is { Kind: FaultKind.WrongKind or FaultKind.DecimalComma or FaultKind.NumberOutOfRange, Column: { } column }
            ? $"Data row {fault.Row + 1}, column '{column}': '{fault.Value}' is no number. Correct it, leave the cell empty if the value is missing, or declare the column categorical."
            : $"Data row {fault.Row + 1}{(fault.Column is null ? "" : $", column '{fault.Column}'")}: {fault.Detail}");

    private static Failure AtFault(Failure failure) => failure with { Kind = FailureKind.Unprocessable };
}
