%% Both sides of the calls in Erlang: a gen_server that answers orders, and callers on another node.
-module(orders).
-behaviour(gen_server).
-export([serve/0, call/1, init/1, handle_call/3, handle_cast/2]).

init(none) -> {ok, none}.
handle_call({place, #{id := Id}}, _From, State) -> {reply, Id, State}.
handle_cast(_, State) -> {noreply, State}.

serve() ->
    {ok, _} = gen_server:start({local, desk}, ?MODULE, none, []),
    say("ready"),
    timer:sleep(infinity).

%% Reads "<in flight> <milliseconds>" and says "<calls> <milliseconds> <median of microseconds>", until the input ends.
call([Node]) ->
    Desk = {desk, Node},
    0 = gen_server:call(Desk, {place, order(0)}),
    say("ready"),
    loop(Desk).

loop(Desk) ->
    case io:fread("", "~d ~d") of
        {ok, [InFlight, Ms]} ->
            Begun = now_us(),
            {Calls, MedianUs} = load(Desk, InFlight, Begun + Ms * 1000),
            say(io_lib:format("~b ~.3f ~.3f", [Calls, (now_us() - Begun) / 1000, MedianUs / 1])),
            loop(Desk);
        _ -> halt()
    end.

load(Desk, 1, End) ->
    Times = one_at_a_time(Desk, 0, End, []),
    {length(Times), lists:nth(length(Times) div 2 + 1, lists:sort(Times))};
load(Desk, InFlight, End) ->
    Parent = self(),
    Pids = [spawn_link(fun() -> Parent ! {self(), many(Desk, 0, End)} end) || _ <- lists:seq(1, InFlight)],
    {lists:sum([receive {Pid, Calls} -> Calls end || Pid <- Pids]), 0}.

many(Desk, Calls, End) ->
    Calls = gen_server:call(Desk, {place, order(Calls)}),
    case now_us() < End of
        true -> many(Desk, Calls + 1, End);
        false -> Calls + 1
    end.

one_at_a_time(Desk, Id, End, Times) ->
    Begun = erlang:monotonic_time(nanosecond),
    Id = gen_server:call(Desk, {place, order(Id)}),
    Time = (erlang:monotonic_time(nanosecond) - Begun) / 1000,
    case now_us() < End of
        true -> one_at_a_time(Desk, Id + 1, End, [Time | Times]);
        false -> [Time | Times]
    end.

order(Id) ->
    #{id => Id, customer => <<"customer-0123456789">>, note => <<"leave it at the door, please">>,
      amount => 12.5, express => true}.

now_us() -> erlang:monotonic_time(microsecond).

say(Line) -> io:format("~s~n", [Line]).
