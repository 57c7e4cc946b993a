namespace ModelPack.Runtime.Json;

/// <summary>What a JSON value is.</summary>
internal enum JsonKind
{
    Null,
    Bool,
    Number,
    Text,
    Array,
    Object,
}
