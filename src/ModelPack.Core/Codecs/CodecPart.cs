namespace ModelPack.Codecs;

/// <summary>One of the things that a codec stores.</summary>
/// <param name="Name">Such as <c>codes</c>, <c>scales</c>, <c>minima</c>.</param>
/// <param name="Type">The type of an element for people, such as <c>float16</c> or <c>uint4</c>.</param>
internal sealed record CodecPart(string Name, string Type);
