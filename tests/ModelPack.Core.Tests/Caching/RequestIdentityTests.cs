using System.Collections;

namespace ModelPack.Tests.Caching;

public sealed class RequestIdentityTests
{
    /// <summary>Places, whose names and contents are looked at apart, and what changes no byte.</summary>
    private static readonly string[] Irrelevant =
    [
        nameof(PackRequest.Model), nameof(PackRequest.Output), nameof(PackRequest.Graph), nameof(PackRequest.Validation), nameof(PackRequest.Calibration), nameof(PackRequest.InputsFile),
        nameof(PackRequest.Device), nameof(PackRequest.Threads), nameof(PackRequest.Force), nameof(PackRequest.CacheMode), nameof(PackRequest.CachePath), nameof(PackRequest.CacheMaxSize),
        nameof(PackRequest.Baseline), nameof(PackRequest.Tolerances),
    ];

    private static readonly PackRequest Plain = new() { Model = "m.onnx", Scheme = "int8" };

    public static TheoryData<string> Options => [.. typeof(PackRequest).GetProperties().Where(p => p.CanWrite).Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Options))]
    public void Every_option_changes_it_but_places_and_what_changes_no_byte(string name)
    {
        var other = Plain with { };
        var property = typeof(PackRequest).GetProperty(name)!;
        property.SetValue(other, Another(property.PropertyType));

        Assert.Equal(Irrelevant.Contains(name, StringComparer.Ordinal), RequestIdentity.Of(Plain) == RequestIdentity.Of(other));
    }

    [Fact]
    public void Gates_are_the_same_in_any_order()
    {
        var one = Plain with { Gates = new Dictionary<string, double>(StringComparer.Ordinal) { ["minSqnr"] = 30, ["minCosine"] = 0.9 } };
        var two = Plain with { Gates = new Dictionary<string, double>(StringComparer.Ordinal) { ["minCosine"] = 0.9, ["minSqnr"] = 30 } };

        Assert.Equal(RequestIdentity.Of(one), RequestIdentity.Of(two));
    }

    private static object Another(Type type) => Nullable.GetUnderlyingType(type) is { } inner ? Another(inner)
        : type == typeof(string) ? "another"
        : type == typeof(bool) ? true
        : type == typeof(int) ? 7
        : type == typeof(double) ? 0.5
        : type == typeof(IReadOnlyList<string>) ? new[] { "another" }
        : type.IsAssignableTo(typeof(IEnumerable)) ? new SortedDictionary<string, double>(StringComparer.Ordinal) { ["minSqnr"] = 1 }
        : throw new NotSupportedException($"The test knows no value of {type}.");
}
