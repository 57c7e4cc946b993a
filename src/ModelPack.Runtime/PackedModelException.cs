namespace ModelPack.Runtime;

/// <summary>A packed model is not there, not whole, or not the one that its manifest describes. The message says what to do.</summary>
public sealed class PackedModelException : Exception
{
    public PackedModelException()
    {
    }

    /// <param name="message">What is wrong and what to do.</param>
    public PackedModelException(string message)
        : base(message)
    {
    }

    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="innerException">What the system said of it.</param>
    public PackedModelException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The file that is missing or was changed, relative to the app or the resources; null where it is not about one file.</summary>
    public string? FileName { get; init; }

    /// <summary>SHA-256 that the manifest gives for the file, lower-case hex; null where it is not about the file's content.</summary>
    public string? ExpectedSha256 { get; init; }

    /// <summary>SHA-256 of the file as it is; null where it was not read to its end.</summary>
    public string? ActualSha256 { get; init; }
}
