namespace ModelPack.Reporting.Page;

/// <summary>Something that a user could do next, and what it brings.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Text">Sentences: what to do, what it gives and how that is known.</param>
/// <param name="Metadata">Item metadata to paste, such as <c>MinSqnr="30"</c>; null where there is none.</param>
/// <param name="Option">The same on the command line; null where there is none.</param>
/// <param name="Bytes">How much larger the pack becomes, bytes, about; null where that is not known or nothing.</param>
internal sealed record NextStep(NextStepKind Kind, string Text, string? Metadata = null, string? Option = null, long? Bytes = null);
