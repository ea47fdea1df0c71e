namespace Microsoft.Azure.Functions.Worker;

/// <summary>Base of the errors that the programming model raises.</summary>
public class FunctionWorkerException : Exception
{
    internal FunctionWorkerException(string message)
        : base(message)
    {
    }
}

/// <summary>A parameter's value could not be made from what the trigger delivered.</summary>
public sealed class FunctionInputConverterException : FunctionWorkerException
{
    internal FunctionInputConverterException(string message)
        : base(message)
    {
    }
}
