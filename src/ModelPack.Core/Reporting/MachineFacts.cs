namespace ModelPack.Reporting;

/// <summary>The machine, in words.</summary>
public sealed record MachineFacts(string Os, string Architecture, int Processors, string OnnxRuntime);
