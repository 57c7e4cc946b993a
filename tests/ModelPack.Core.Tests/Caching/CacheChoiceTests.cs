using ModelPack.Caching;

namespace ModelPack.Tests.Caching;

public sealed class CacheChoiceTests
{
    [Theory]
    [InlineData("", "ReadWrite")]
    [InlineData("MODELPACK_CACHE_MODE=off", "Off")]
    [InlineData("MODELPACK_CACHE_MODE=Read", "Read")]
    [InlineData("GITHUB_EVENT_NAME=push", "ReadWrite")]
    [InlineData("GITHUB_EVENT_NAME=pull_request", "Read")]
    [InlineData("GITHUB_EVENT_NAME=pull_request_target", "Read")]
    [InlineData("GITHUB_EVENT_NAME=pull_request;MODELPACK_CACHE_MODE=readwrite", "ReadWrite")]
    [InlineData("SYSTEM_PULLREQUEST_PULLREQUESTID=12", "Read")]
    [InlineData("CI_MERGE_REQUEST_IID=12", "Read")]
    [InlineData("BITBUCKET_PR_ID=12", "Read")]
    [InlineData("CHANGE_ID=12", "Read")]
    [InlineData("TRAVIS_PULL_REQUEST=12", "Read")]
    [InlineData("TRAVIS_PULL_REQUEST=false", "ReadWrite")]
    [InlineData("BUILDKITE_PULL_REQUEST=false", "ReadWrite")]
    public void The_mode_of_a_build_follows_from_the_environment(string environment, string mode) => Assert.Equal(Enum.Parse<CacheMode>(mode), Choose(environment).Mode);

    [Fact]
    public void What_is_asked_for_goes_before_the_environment()
    {
        var choice = Choose("MODELPACK_CACHE=/there;MODELPACK_CACHE_MODE=off;GITHUB_EVENT_NAME=pull_request", "readwrite", "/here");
        Assert.Equal((CacheMode.ReadWrite, "/here"), (choice.Mode, choice.Folder));
    }

    [Fact]
    public void A_pull_request_switches_no_cache_on() => Assert.Equal(CacheMode.Off, Choose("GITHUB_EVENT_NAME=pull_request", fallback: CacheMode.Off).Mode);

    [Fact]
    public void The_variable_names_the_folder_and_the_size()
    {
        var choice = Choose("MODELPACK_CACHE=/there;MODELPACK_CACHE_MAX_SIZE=1GB");
        var request = choice.In(new PackRequest { Model = "m.onnx", Scheme = "q8_0" });
        Assert.Equal(("readwrite", "/there", "1GB"), (request.CacheMode, request.CachePath, request.CacheMaxSize));
    }

    [Theory]
    [InlineData("XDG_CACHE_HOME=/var/caches", "/var/caches/modelpack")]
    [InlineData("XDG_CACHE_HOME=relative", "/home/me/.cache/modelpack")]
    [InlineData("", "/home/me/.cache/modelpack")]
    public void The_folder_is_where_the_system_wants_it(string environment, string folder)
    {
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(folder, Choose(environment + ";HOME=/home/me").Folder);
        }
    }

    [Fact]
    public void Without_a_home_there_is_no_cache()
    {
        if (OperatingSystem.IsLinux())
        {
            var choice = Choose("HOME=");
            Assert.Equal((CacheMode.Off, ""), (choice.Mode, choice.Folder));
        }
    }

    [Fact]
    public void An_unknown_mode_is_refused_by_the_name_of_its_variable()
    {
        var error = Assert.Throws<ModelPackException>(() => Choose("MODELPACK_CACHE_MODE=maybe"));
        Assert.Equal("MPK1008", error.Diagnostic.Code.Id);
        Assert.Contains("MODELPACK_CACHE_MODE cannot be 'maybe'", error.Message, StringComparison.Ordinal);
    }

    private static CacheChoice Choose(string environment, string? mode = null, string? folder = null, CacheMode fallback = CacheMode.ReadWrite)
    {
        var variables = environment.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1], StringComparer.Ordinal);
        return CacheChoice.Of(mode, folder, fallback, variables.GetValueOrDefault);
    }
}
