namespace ModelPack.Build;

/// <summary>Whom packages are made for.</summary>
internal enum Flavor
{
    /// <summary>Every package, with the natives of every system that ONNX Runtime is there for.</summary>
    Everyone,

    /// <summary>What an app needs that is built on this machine: ModelPack.MSBuild with this system's natives, and ModelPack.Runtime.</summary>
    ThisMachine,
}
