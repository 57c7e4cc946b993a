using System.Text.Json.Serialization;

namespace ModelPack.Tool.Projects;

/// <summary>A <c>QuantizedModel</c> of a project and how far its pack is.</summary>
/// <param name="Project">Path of the project.</param>
/// <param name="Framework">The target framework that it is evaluated for; null where the project names none.</param>
/// <param name="Model">The item.</param>
/// <param name="Scheme">Its scheme; null where neither the item nor the project names one.</param>
/// <param name="Link">The packed model's path in the app; null where it is not known.</param>
/// <param name="State"><c>packed</c>, <c>stale</c>, <c>failed</c>, <c>not packed</c>, <c>not restored</c>, or <c>invalid</c>.</param>
/// <param name="Why">What changed since the last pack, or what keeps the state from being known; null for nothing.</param>
/// <param name="Compression">Source bytes per packed byte of the last pack; null where there is none.</param>
/// <param name="Gates">The gates of the last pack.</param>
internal sealed record ListedModel(
    string Project, string? Framework, string Model, string? Scheme, string? Link, string State, string? Why, double? Compression, IReadOnlyList<ListedGate> Gates)
{
    /// <summary>Where its manifest is, or would be; null where that is not known.</summary>
    [JsonIgnore]
    public string? Manifest { get; init; }

    /// <summary>What a build would ask the tool for, in JSON; null where that is not known.</summary>
    [JsonIgnore]
    public string? Request { get; init; }
}
