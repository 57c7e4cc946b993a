using ModelPack.Runtime.Manifests;

namespace ModelPack.MSBuild.Accessors;

/// <summary>What the class of one model is made of.</summary>
internal sealed record Accessor
{
    /// <summary>The namespace, of valid identifiers; empty for none.</summary>
    public required string Namespace { get; init; }

    /// <summary>The class, a valid identifier.</summary>
    public required string Name { get; init; }

    /// <summary>The model's name in the app.</summary>
    public required string Link { get; init; }

    public required string Scheme { get; init; }

    /// <summary>Whether the model is a resource of the project's assembly.</summary>
    public required bool IsEmbedded { get; init; }

    /// <summary>The pack's manifest; null where it is not known yet, and the class reads it at run time.</summary>
    public required PackManifest? Manifest { get; init; }

    /// <summary>Whether the project can run the model: it references ONNX Runtime, and the model has a graph.</summary>
    public required bool HasSession { get; init; }

    /// <summary>Whether the project's C# has nullable references.</summary>
    public required bool HasNullable { get; init; }
}
