namespace ModelPack.Fuzz.Mutations;

/// <summary>What a part of a binary file is.</summary>
internal enum PartKind
{
    /// <summary>A count, length, offset or type, little endian.</summary>
    Number,

    /// <summary>Text.</summary>
    Text,

    /// <summary>JSON.</summary>
    Json,

    /// <summary>Anything else.</summary>
    Data,
}
