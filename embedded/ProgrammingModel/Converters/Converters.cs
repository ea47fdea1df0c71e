namespace Microsoft.Azure.Functions.Worker.Converters;

/// <summary>Makes a parameter's value.</summary>
public interface IInputConverter
{
    ValueTask<ConversionResult> ConvertAsync(ConverterContext context);
}

/// <summary>What a converter is asked to do.</summary>
public abstract class ConverterContext
{
    public abstract Type TargetType { get; }

    /// <summary>What the trigger delivered under the parameter's name; null where it delivered nothing.</summary>
    public abstract object? Source { get; }

    public abstract FunctionContext FunctionContext { get; }

    public abstract IReadOnlyDictionary<string, object> Properties { get; }
}

public enum ConversionStatus
{
    /// <summary>Not for this converter: ask the next.</summary>
    Unhandled = 0,
    Succeeded = 1,
    Failed = 2,
}

/// <summary>A converter's answer.</summary>
public readonly struct ConversionResult
{
    private ConversionResult(ConversionStatus status, object? value, Exception? error)
    {
        Status = status;
        Value = value;
        Error = error;
    }

    public ConversionStatus Status { get; }

    public object? Value { get; }

    public Exception? Error { get; }

    public static ConversionResult Unhandled() => default;

    public static ConversionResult Success(object? value) => new(ConversionStatus.Succeeded, value, null);

    public static ConversionResult Failed(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return new(ConversionStatus.Failed, null, exception);
    }
}
