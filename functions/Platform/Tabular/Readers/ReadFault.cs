namespace Tidemark.Platform.Tabular.Readers;

/// <summary>What made a row unreadable, or what about a column deserves a word.</summary>
public enum FaultKind
{
    None,

    /// <summary>More or fewer cells than the header names columns.</summary>
    Ragged,

    /// <summary>A quote opens and the data ends before it is closed.</summary>
    UnclosedQuote,

    /// <summary>Text between a closing quote and the next separator.</summary>
    TextAfterQuote,

    InvalidUtf8,

    /// <summary>A byte 0: a broken transfer, or UTF-16 without a byte order mark.</summary>
    NulByte,

    /// <summary>The column is declared as another kind than the cell can be read as.</summary>
    WrongKind,

    /// <summary>A number written with a decimal comma.</summary>
    DecimalComma,

    /// <summary>A number beyond what 64 bits hold, such as 1e400.</summary>
    NumberOutOfRange,

    /// <summary>A line that is not JSON.</summary>
    NotJson,

    /// <summary>A line of JSON that is no object.</summary>
    NotAnObject,

    /// <summary>An object that names a key twice.</summary>
    DuplicateKey,
}

/// <summary>One thing wrong with one row: a value, not an exception. A row with a fault is in no table.</summary>
/// <param name="Row">Data row, counted from 0 after the header, faulty rows included and blank lines left out.</param>
/// <param name="Kind">What is wrong.</param>
/// <param name="Column">Name of the column, null where the whole row is meant.</param>
/// <param name="Value">The text at fault, at most its first 100 characters.</param>
/// <param name="Detail">What is wrong and what to do about it.</param>
/// <param name="Text">The row as it stood in the data, without its line end; invalid bytes as U+FFFD.</param>
public sealed record ReadFault(long Row, FaultKind Kind, string? Column, string Value, string Detail, string Text);
